package streamspec;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/** The question that every call asks the model, from the generated dialects.json. */
public final class Asked {
    /** The words of the question where a call brings no others. */
    static final String PROMPT = Tables.question().required("prompt").textValue();

    public static final String TOOL = tool("name").textValue();
    public static final String ABOUT_THE_TOOL = tool("description").textValue();
    public static final Map<String, Object> PROPERTIES =
            Json.MAPPER.convertValue(tool("parameters").required("properties"), new TypeReference<>() {});
    public static final List<String> REQUIRED =
            Json.MAPPER.convertValue(tool("parameters").required("required"), new TypeReference<>() {});

    private Asked() {}

    /** Returns the model that is asked in a dialect. */
    public static String model(String api) {
        return Tables.model(api);
    }

    private static JsonNode tool(String key) {
        return Tables.question().required("tool").required(key);
    }
}
