import com.anthropic.core.ObjectMappers;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.RawMessageStreamEvent;
import java.io.IOException;
import java.util.Set;
import streamspec.Golden;

/** Reads the golden items as this SDK's types; the argument is the file. */
final class GoldenItems {
    private GoldenItems() {}

    public static void main(String[] arguments) throws IOException {
        new Golden(arguments[0], ObjectMappers.jsonMapper())
                .events("anthropic-messages", RawMessageStreamEvent.class, Adapter::readEvent, Set.of())
                .finals("anthropic-messages", Message.class, Adapter::readMessage)
                .also(
                        RawMessageStreamEvent.class,
                        Adapter::readEvent,
                        "{'usage':{'input':25,'output':15},'thinking':'Hm.','refusal':''}",
                        begins("'input_tokens':25,'output_tokens':1"),
                        "{'type':'content_block_start','index':0,'content_block':{'type':'thinking','thinking':'H'}}",
                        piece("{'type':'thinking_delta','thinking':'m.'}"),
                        piece("{'type':'signature_delta','signature':'Eq'}"),
                        ends("'output_tokens':15"))
                .also(
                        RawMessageStreamEvent.class,
                        Adapter::readEvent,
                        "{'usage':{'input':25,'output':1},'thinking':'','refusal':''}",
                        begins("'input_tokens':25,'output_tokens':1"),
                        ends("'input_tokens':null"))
                .also(
                        RawMessageStreamEvent.class,
                        Adapter::readEvent,
                        "{'usage':null,'thinking':'','refusal':''}",
                        begins("'input_tokens':'many'"),
                        piece("{'type':'thinking_delta'}"))
                .alsoFinal(
                        Message.class,
                        Adapter::readMessage,
                        "{'usage':{'input':25,'output':15},'thinking':'Hm.','refusal':''}",
                        "{'content':[{'type':'thinking','thinking':'Hm.','signature':'Eq'}],'stop_reason':'end_turn',"
                                + "'usage':{'input_tokens':25,'output_tokens':15}}")
                .end();
    }

    private static String begins(String usage) {
        return "{'type':'message_start','message':{'content':[],'usage':{" + usage + "}}}";
    }

    private static String piece(String delta) {
        return "{'type':'content_block_delta','index':0,'delta':" + delta + "}";
    }

    private static String ends(String usage) {
        return "{'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':{" + usage + "}}";
    }
}
