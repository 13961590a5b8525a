import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Checks Tixian.java with the signature vectors: what it signs, and what it believes. */
final class Vectors {
    private Vectors() {}

    static int check(Path file) throws Exception {
        JsonObject vectors = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        Map<String, Map<String, PublicKey>> sets = new HashMap<>();
        for (var set : vectors.getAsJsonObject("key_sets").entrySet()) {
            sets.put(set.getKey(), Platform.readKeys(set.getValue().getAsJsonObject()));
        }
        var key = Tixian.readPrivateKey(vectors.getAsJsonObject("private_keys").get("shop-1").getAsString());
        Clock clock = Clock.fixed(Tixian.readTime(text(vectors, "now")), ZoneOffset.UTC);
        int failed = 0;
        int count = 0;
        for (JsonElement element : vectors.getAsJsonArray("cases")) {
            JsonObject one = element.getAsJsonObject();
            Map<String, PublicKey> set = sets.get(one.has("keys") ? text(one, "keys") : "partner");
            var tixian = new Tixian(text(vectors, "partner_id"), "shop-1", key, set::get, clock);
            String expected = one.has("result") ? text(one, "result") : "ok";
            String found;
            try {
                found = judge(tixian, one);
            } catch (Text.Refused refused) {
                found = refused.getMessage();
            }
            count += 1;
            if (!found.equals(expected)) {
                failed += 1;
                System.err.println(text(one, "name") + ": " + found + ", not " + expected);
            }
        }
        System.out.println("java: " + (count - failed) + " of " + count + " vectors hold");
        return failed > 0 ? 1 : 0;
    }

    private static String judge(Tixian tixian, JsonObject one) throws Exception {
        switch (text(one, "kind")) {
            case "sign" -> {
                String text = Text.signed(fields(one));
                boolean same = text.equals(text(one, "text")) && tixian.sign(text).equals(text(one, "sign"));
                return same ? "ok" : "another text or signature";
            }
            case "form" -> {
                String nonce = tixian.openForm(Text.readForm(text(one, "body"))).get("nonce");
                boolean seen = one.has("seen_nonces") && one.get("seen_nonces").toString().contains(nonce);
                return seen ? "nonce_repeated" : "ok";
            }
            case "return" -> {
                tixian.openReturn(URI.create(text(one, "url")).getRawQuery());
                return "ok";
            }
            case "request" -> {
                String text = Text.api(text(one, "method"), text(one, "path"), text(one, "timestamp"),
                        text(one, "nonce"), text(one, "body"));
                String header = Platform.authorization(tixian, text(one, "method"), text(one, "path"),
                        text(one, "timestamp"), text(one, "nonce"), text(one, "body"));
                boolean same = text.equals(text(one, "text")) && header.equals(text(one, "authorization"));
                return same ? "ok" : "another text or header";
            }
            default -> {
                Platform.checkAnswer(tixian, text(one, "method"), text(one, "path"), text(one, "nonce"),
                        text(one, "body"), text(one, "authorization"));
                return "ok";
            }
        }
    }

    private static List<Text.Field> fields(JsonObject one) {
        List<Text.Field> fields = new ArrayList<>();
        for (JsonElement pair : one.getAsJsonArray("fields")) {
            fields.add(new Text.Field(pair.getAsJsonArray().get(0).getAsString(), pair.getAsJsonArray().get(1).getAsString()));
        }
        return fields;
    }

    private static String text(JsonObject object, String name) {
        return object.get(name).getAsString();
    }
}
