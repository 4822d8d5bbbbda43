package streamspec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The parts of its adapter.toml that an adapter needs; the harness hands it over, so that no adapter repeats it.
 *
 * @param sdk the package's name in its registry
 * @param surfaces by their names
 */
record Manifest(String sdk, Map<String, Surface> surfaces) {
    /** Holds the manifest as JSON, with the keys of {@code adapter.toml}. */
    static final String VARIABLE = "STREAMSPEC_MANIFEST";

    /**
     * One way of using the SDK.
     *
     * @param delivers the form in which it hands over the answer
     * @param alsoShows the fields that it hands over beside those of every one of its kind
     */
    record Surface(List<String> apis, Delivers delivers, List<String> alsoShows) {}

    /** Returns the manifest of this adapter; an adapter is started by the harness, which hands it over. */
    static Manifest handedOver() throws JsonProcessingException {
        String text = System.getenv(VARIABLE);
        if (text == null) {
            throw new IllegalStateException(
                    VARIABLE + " is not set: an adapter is started by the harness, which hands its adapter.toml over");
        }
        JsonNode said = Json.MAPPER.readTree(text);
        Map<String, Surface> surfaces = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> each : said.required("surfaces").properties()) {
            Delivers delivers =
                    Delivers.parse(each.getValue().required("delivers").textValue());
            List<String> apis = words(each.getValue().required("apis"));
            surfaces.put(
                    each.getKey(),
                    new Surface(apis, delivers, words(each.getValue().path("also-shows"))));
        }
        return new Manifest(said.required("package").textValue(), surfaces);
    }

    private static List<String> words(JsonNode list) {
        List<String> words = new ArrayList<>();
        list.forEach(word -> words.add(word.textValue()));
        return words;
    }

    /** Returns the apis of all surfaces. */
    Set<String> apis() {
        Set<String> apis = new TreeSet<>();
        surfaces.values().forEach(surface -> apis.addAll(surface.apis()));
        return apis;
    }
}
