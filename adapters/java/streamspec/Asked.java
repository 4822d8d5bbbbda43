package streamspec;

import java.util.List;
import java.util.Map;

/** The question that every call asks the model. */
public final class Asked {
    public static final String PROMPT = "Say hello, or ask for the weather in Paris.";
    public static final String TOOL = "get_weather";
    public static final String ABOUT_THE_TOOL = "The weather in a city.";
    public static final Map<String, Object> PROPERTIES = Map.of("city", Map.of("type", "string"));
    public static final List<String> REQUIRED = List.of("city");

    private Asked() {}
}
