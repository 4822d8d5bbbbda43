import com.openai.core.ObjectMappers;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseStreamEvent;
import java.io.IOException;
import java.util.Set;
import streamspec.Golden;

/** Reads the golden items as this SDK's types; the argument is the file. */
final class GoldenItems {
    private GoldenItems() {}

    public static void main(String[] arguments) throws IOException {
        // The content of a chunk is a text in the SDK, which throws when a caller asks for one in parts.
        Set<String> leftOut = Set.of("content in parts");
        new Golden(arguments[0], ObjectMappers.jsonMapper())
                .events("openai-chat", ChatCompletionChunk.class, Chat::readChunk, leftOut)
                .finals("openai-chat", ChatCompletion.class, Chat::readCompletion)
                .events("openai-responses", ResponseStreamEvent.class, Responses::readEvent, Set.of())
                .finals("openai-responses", Response.class, Responses::readResponse)
                .also(
                        ChatCompletionChunk.class,
                        Chat::readChunk,
                        "{'usage':{'input':12,'output':0},'thinking':'Hm.Hm.Hm.','refusal':'I cannot.'}",
                        chunk("{'reasoning_content':'Hm.','refusal':'I can'}"),
                        chunk("{'reasoning':'Hm.','refusal':'not.'}"),
                        chunk("{'reasoning_content':'Hm.','reasoning':'Hm.'}"),
                        chunk("{'reasoning_content':null,'reasoning':{'text':'in an unknown shape'}}"),
                        "{'choices':[],'usage':{'prompt_tokens':12,'completion_tokens':0}}")
                .also(
                        ChatCompletionChunk.class,
                        Chat::readChunk,
                        "{'usage':null,'thinking':'','refusal':''}",
                        chunk("{'content':'Hi'}"))
                .alsoFinal(
                        ChatCompletion.class,
                        Chat::readCompletion,
                        "{'usage':{'input':12,'output':3},'thinking':'','refusal':'No.'}",
                        "{'choices':[{'index':0,'finish_reason':'stop','message':{'refusal':'No.'}}],"
                                + "'usage':{'prompt_tokens':12,'completion_tokens':3}}")
                .also(
                        ResponseStreamEvent.class,
                        Responses::readEvent,
                        "{'usage':{'input':36,'output':87},'thinking':'Hmm.','refusal':'I cannot.'}",
                        "{'type':'response.reasoning_summary_text.delta','delta':'Hm'}",
                        "{'type':'response.reasoning_text.delta','delta':'m.'}",
                        "{'type':'response.refusal.delta','delta':'I can'}",
                        "{'type':'response.refusal.delta','delta':'not.'}",
                        "{'type':'response.completed','response':{'status':'completed','usage':"
                                + "{'input_tokens':36,'output_tokens':87}}}")
                .alsoFinal(
                        Response.class,
                        Responses::readResponse,
                        "{'usage':{'input':36,'output':87},'thinking':'Hmm.','refusal':'No.'}",
                        "{'status':'completed','output':[{'type':'reasoning','summary':[{'type':'summary_text','text':'Hm'}],"
                                + "'content':[{'type':'reasoning_text','text':'m.'}]},"
                                + "{'type':'message','content':[{'type':'refusal','refusal':'No.'}]}],"
                                + "'usage':{'input_tokens':36,'output_tokens':87}}")
                .end();
    }

    private static String chunk(String delta) {
        return "{'choices':[{'index':0,'delta':" + delta + "}],'usage':null}";
    }
}
