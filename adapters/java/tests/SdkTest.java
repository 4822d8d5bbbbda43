package streamspec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

final class SdkTest {
    @Test
    void mavenHasWrittenTheVersionIntoAPackage() {
        assertEquals(
                new ObjectMapper().version().toString(),
                Sdk.mavenVersion(ObjectMapper.class, "com.fasterxml.jackson.core:jackson-databind"));
    }
}
