import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Forms, and the texts that are signed. */
final class Text {
    private Text() {}

    /** Why something is not believed: its message is an error code of the platform's. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String code) {
            super(code);
        }
    }

    /** A name and a value, decoded. */
    record Field(String name, String value) {}

    /** Decoded pairs in their order; repeated names stay repeated. */
    static List<Field> readForm(String encoded) throws Refused {
        try {
            return Stream.of(encoded.split("&")).filter(pair -> !pair.isEmpty()).map(Text::readPair).toList();
        } catch (IllegalArgumentException malformed) {
            throw new Refused("request_malformed");
        }
    }

    private static Field readPair(String pair) {
        String[] parts = pair.split("=", 2);
        String value = parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
        return new Field(URLDecoder.decode(parts[0], StandardCharsets.UTF_8), value);
    }

    /** Sorted by name, which is ASCII, without sign and empty values; the values as they are. */
    static String signed(List<Field> fields) throws Refused {
        Map<String, String> sorted = new TreeMap<>();
        for (Field field : fields) {
            if (sorted.put(field.name(), field.value()) != null) {
                throw new Refused("field_repeated");
            }
        }
        return sorted.entrySet().stream()
                .filter(field -> !field.getKey().equals("sign") && !field.getValue().isEmpty())
                .map(field -> field.getKey() + "=" + field.getValue())
                .collect(Collectors.joining("&"));
    }

    /** Five lines, each ended by a newline, the last too. */
    static String api(String method, String path, String timestamp, String nonce, String body) {
        return String.join("\n", method, path, timestamp, nonce, body, "");
    }
}
