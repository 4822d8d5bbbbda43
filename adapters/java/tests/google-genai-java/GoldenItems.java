import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.genai.types.GenerateContentResponse;
import java.io.IOException;
import java.util.Set;
import streamspec.Golden;

/** Reads the golden items as this SDK's types; the argument is the file. */
final class GoldenItems {
    private GoldenItems() {}

    public static void main(String[] arguments) throws IOException {
        new Golden(arguments[0], JsonMapper.builder().findAndAddModules().build())
                .events("gemini-generate", GenerateContentResponse.class, Adapter::readChunk, Set.of())
                .also(
                        GenerateContentResponse.class,
                        Adapter::readChunk,
                        "{'usage':{'input':12,'output':5},'thinking':'Hm.','refusal':''}",
                        "{'usageMetadata':{'promptTokenCount':12}}",
                        "{'candidates':[{'content':{'parts':[{'text':'Hm.','thought':true},{'text':'Hi'}]}}]}",
                        "{'usageMetadata':{'promptTokenCount':12,'candidatesTokenCount':5}}",
                        "{'usageMetadata':{}}")
                .also(
                        GenerateContentResponse.class,
                        Adapter::readChunk,
                        "{'usage':null,'thinking':'','refusal':''}",
                        "{'candidates':[{'content':{'parts':[{'text':'Hi'}]}}]}")
                .end();
    }
}
