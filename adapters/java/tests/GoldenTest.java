package streamspec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Reads the fields and the bodies of adapters/golden.json; the items are read by the adapters, in {@link Golden}. */
final class GoldenTest {
    /** An exception that hands out its body. */
    record Exposed(String body) {}

    @TestFactory
    Stream<DynamicTest> fields() throws IOException {
        return vectors("fields").map(each -> {
            String field = each.get("field").textValue();
            return DynamicTest.dynamicTest(
                    field + " " + each.get("raw"),
                    () -> same(each.get("reads"), ErrorFields.convert(field, each.get("raw"))));
        });
    }

    @TestFactory
    Stream<DynamicTest> bodies() throws IOException {
        return vectors("bodies").map(each -> {
            String api = each.get("api").textValue();
            return DynamicTest.dynamicTest(api + " " + each.get("name").textValue(), () -> {
                ErrorFields fields =
                        new ErrorFields(new Exposed(each.get("body").textValue()));
                ObjectNode error = JsonNodeFactory.instance.objectNode();
                (api.equals("gemini-generate") ? fields.googleBody() : fields.body()).writeTo(error, false);
                // What cannot be read is said besides.
                error.remove("unread");
                assertEquals(each.get("reads").size(), error.size(), error::toString);
                each.get("reads")
                        .properties()
                        .forEach(field -> same(
                                field.getValue(), error.path(field.getKey()).get("value")));
            });
        });
    }

    private static Stream<JsonNode> vectors(String kind) throws IOException {
        JsonNode vectors =
                Json.MAPPER.readTree(Path.of("..", "golden.json").toFile()).get(kind);
        assertFalse(vectors.isEmpty());
        return StreamSupport.stream(vectors.spliterator(), false);
    }

    /** Compares as the contract has it: a field that is null has no value. */
    private static void same(JsonNode expected, JsonNode read) {
        if (expected.isNumber() && read != null) {
            assertEquals(expected.doubleValue(), read.doubleValue());
        } else {
            assertEquals(expected.isNull() ? null : expected, read);
        }
    }
}
