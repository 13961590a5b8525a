import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A partner's side of Tixian: signs the page call and calls of the API, verifies the return, the
 * notices and the API's answers. Shop.java beside it shows how a shop uses it.
 */
record Tixian(String partnerId, String keyId, PrivateKey key, FindKey findKey, Clock clock) {
    static final Duration CLOCK_SKEW = Duration.ofMinutes(10);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuuMMddHHmmss");
    private static final ZoneOffset BEIJING = ZoneOffset.ofHours(8);
    private static final List<String> COMMON = List.of("partner_id", "key_id", "timestamp", "nonce", "sign");
    private static final Set<String> RETURNED = Set.of("partner_id", "version", "sign_type", "key_id", "timestamp",
            "nonce", "sign", "code", "message", "order_id", "money", "htouhui_user_id", "third_party_user_id");

    /** A public key of the platform's by its name, or null. */
    interface FindKey {
        PublicKey find(String keyId) throws Exception;
    }

    /** PKCS#8 PEM, which openssl genpkey writes. */
    static PrivateKey readPrivateKey(String pem) throws GeneralSecurityException {
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    static Instant readTime(String time) {
        return LocalDateTime.parse(time, TIME).toInstant(BEIJING);
    }

    static String random() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    String now() {
        return TIME.format(clock.instant().atOffset(BEIJING));
    }

    /** RSASSA-PKCS1-v1_5 with SHA-256, standard Base64. */
    String sign(String text) throws GeneralSecurityException {
        Signature signer = Signature.getInstance("SHA256withRSA");
        signer.initSign(key);
        signer.update(text.getBytes(StandardCharsets.UTF_8));
        return Base64.getEncoder().encodeToString(signer.sign());
    }

    List<Text.Field> pageCall(List<Text.Field> business) throws Exception {
        List<Text.Field> fields = Stream.concat(Stream.of(new Text.Field("partner_id", partnerId), new Text.Field("version", "1.0"),
                new Text.Field("sign_type", "RSA2"), new Text.Field("key_id", keyId), new Text.Field("timestamp", now()),
                new Text.Field("nonce", random())), business.stream()).toList();
        Text.Field sign = new Text.Field("sign", sign(Text.signed(fields)));
        return Stream.concat(fields.stream(), Stream.of(sign)).toList();
    }

    void verify(String text, String base64, Map<String, String> said) throws Exception {
        byte[] signature = decode(base64);
        if (!partnerId.equals(said.get("partner_id"))) {
            throw new Text.Refused("partner_unknown");
        }
        PublicKey known = findKey.find(said.get("key_id"));
        if (known == null) {
            throw new Text.Refused("key_unknown");
        }
        Signature verifier = Signature.getInstance("SHA256withRSA");
        verifier.initVerify(known);
        verifier.update(text.getBytes(StandardCharsets.UTF_8));
        if (!holds(verifier, signature)) {
            throw new Text.Refused("signature_mismatch");
        }
        Duration late = Duration.between(readTime(said.get("timestamp")), clock.instant()).abs();
        if (late.compareTo(CLOCK_SKEW) > 0) {
            throw new Text.Refused("timestamp_out_of_range");
        }
    }

    /** One of another length is an exception to Java, and a bad signature to everybody else. */
    private static boolean holds(Signature verifier, byte[] signature) {
        try {
            return verifier.verify(signature);
        } catch (SignatureException malformed) {
            return false;
        }
    }

    /** Java forgives missing padding; only one spelling is a signature. */
    private static byte[] decode(String base64) throws Text.Refused {
        try {
            byte[] signature = Base64.getDecoder().decode(base64);
            if (Base64.getEncoder().encodeToString(signature).equals(base64)) {
                return signature;
            }
        } catch (IllegalArgumentException notBase64) {
            // Refused like the other spellings.
        }
        throw new Text.Refused("field_malformed");
    }

    /**
     * What a signed form says. The platform puts & in no value: one that has it was patched together
     * from two fields, which leaves the signed text as it was.
     */
    Map<String, String> openForm(List<Text.Field> fields) throws Exception {
        String text = Text.signed(fields);
        Map<String, String> form = new HashMap<>();
        fields.forEach(field -> form.put(field.name(), field.value()));
        if (COMMON.stream().anyMatch(name -> form.getOrDefault(name, "").isEmpty())) {
            throw new Text.Refused("field_missing");
        }
        if (form.values().stream().anyMatch(value -> value.contains("&"))) {
            throw new Text.Refused("field_malformed");
        }
        verify(text, form.get("sign"), form);
        return form;
    }

    /** Only the platform's fields are signed; the shop's own may stand beside them. */
    Map<String, String> openReturn(String query) throws Exception {
        return openForm(Text.readForm(query).stream().filter(field -> RETURNED.contains(field.name())).toList());
    }
}
