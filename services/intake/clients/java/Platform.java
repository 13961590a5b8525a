import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The platform's public keys, and calls of its JSON API. */
final class Platform {
    private static final int LONGEST_BODY = 64 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Pattern PARAMETER = Pattern.compile("(\\w+)=\"([^\"]*)\"");
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final String url;
    private Map<String, PublicKey> known = Map.of();
    private long fetched;

    Platform(String url) {
        this.url = url;
    }

    /** Keys by their names, out of a JSON Web Key Set. */
    static Map<String, PublicKey> readKeys(JsonObject jwks) throws GeneralSecurityException {
        Map<String, PublicKey> keys = new HashMap<>();
        for (JsonElement element : jwks.getAsJsonArray("keys")) {
            JsonObject jwk = element.getAsJsonObject();
            var spec = new RSAPublicKeySpec(number(jwk, "n"), number(jwk, "e"));
            keys.put(jwk.get("kid").getAsString(), KeyFactory.getInstance("RSA").generatePublic(spec));
        }
        return keys;
    }

    private static BigInteger number(JsonObject jwk, String name) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(jwk.get(name).getAsString()));
    }

    /** Kept for five minutes; a new name is looked up at once, but not with every forgery. */
    synchronized PublicKey find(String keyId) throws Exception {
        long age = (System.nanoTime() - fetched) / 1_000_000_000;
        if (known.isEmpty() || age > 300 || (!known.containsKey(keyId) && age > 10)) {
            URI jwks = URI.create(url + "/.well-known/jwks.json");
            String body = readBody(send(HttpRequest.newBuilder(jwks)).body());
            known = readKeys(JsonParser.parseString(body).getAsJsonObject());
            fetched = System.nanoTime();
        }
        return known.get(keyId);
    }

    private HttpResponse<InputStream> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    /** The text of a body, read to a limit. */
    static String readBody(InputStream body) throws IOException {
        try (body) {
            byte[] read = body.readNBytes(LONGEST_BODY + 1);
            if (read.length > LONGEST_BODY) {
                throw new IOException("a body of more than 64 KiB");
            }
            return new String(read, StandardCharsets.UTF_8);
        }
    }

    static String authorization(Tixian tixian, String method, String path, String timestamp, String nonce, String body)
            throws GeneralSecurityException {
        String signature = tixian.sign(Text.api(method, path, timestamp, nonce, body));
        return "TIXIAN-RSA2 partner_id=\"%s\",key_id=\"%s\",timestamp=\"%s\",nonce=\"%s\",signature=\"%s\""
                .formatted(tixian.partnerId(), tixian.keyId(), timestamp, nonce, signature);
    }

    /** The verified answer to a call of the JSON API. */
    String call(Tixian tixian, String method, String path, String body) throws Exception {
        String nonce = Tixian.random();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .header("Authorization", authorization(tixian, method, path, tixian.now(), nonce, body))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        HttpResponse<InputStream> answer = send(request);
        String text = readBody(answer.body());
        String header = answer.headers().firstValue("Authorization").orElse("");
        checkAnswer(tixian, method, path, nonce, text, header);
        return text;
    }

    /** The nonce is that of the question, so no answer to another one fits. */
    static void checkAnswer(Tixian tixian, String method, String path, String nonce, String body, String header)
            throws Exception {
        Map<String, String> said = new HashMap<>();
        for (Matcher found = PARAMETER.matcher(header); found.find(); ) {
            said.put(found.group(1), found.group(2));
        }
        boolean whole = Stream.of("partner_id", "key_id", "timestamp", "signature").allMatch(said::containsKey);
        if (!header.startsWith("TIXIAN-RSA2 ") || !whole) {
            throw new Text.Refused("field_malformed");
        }
        tixian.verify(Text.api(method, path, said.get("timestamp"), nonce, body), said.get("signature"), said);
    }
}
