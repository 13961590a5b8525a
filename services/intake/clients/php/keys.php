<?php
// The platform's public keys, from its JSON Web Key Set.

declare(strict_types=1);

/** Keys by their names. OpenSSL takes no JWK, so its two numbers are packed as an X.509 key. */
function read_keys(array $jwks): array
{
    $der = fn (int $tag, string $bytes) => chr($tag)
        . (strlen($bytes) < 128 ? chr(strlen($bytes)) : "\x82" . pack('n', strlen($bytes))) . $bytes;
    $integer = function (string $text) use ($der) {
        $bytes = base64_decode(strtr($text, '-_', '+/'));
        return $der(0x02, ord($bytes) > 127 ? "\0$bytes" : $bytes);
    };
    $keys = [];
    foreach ($jwks['keys'] as $jwk) {
        $numbers = $der(0x30, $integer($jwk['n']) . $integer($jwk['e']));
        $rsa = hex2bin('300d06092a864886f70d0101010500');
        $spki = base64_encode($der(0x30, $rsa . $der(0x03, "\0" . $numbers)));
        $keys[$jwk['kid']] = "-----BEGIN PUBLIC KEY-----\n" . chunk_split($spki, 64) . "-----END PUBLIC KEY-----\n";
    }
    return $keys;
}

/** The platform's keys, in a file: PHP forgets everything between two requests. Kept for five
 *  minutes; a new name is looked up at once, but not with every forgery. */
function platform_key(string $key_id): ?string
{
    $cache = kept('platform', 'jwks.json');
    $age = file_exists($cache) ? time() - filemtime($cache) : PHP_INT_MAX;
    $keys = $age > 300 ? [] : read_keys(json_decode(file_get_contents($cache), true, flags: JSON_THROW_ON_ERROR));
    if (!isset($keys[$key_id]) && $age > 10) {
        [, $body] = send(getenv('INTAKE_URL') . '/.well-known/jwks.json');
        $keys = read_keys(json_decode($body, true, flags: JSON_THROW_ON_ERROR));
        file_put_contents("$cache.new", $body) && rename("$cache.new", $cache);
    }
    return $keys[$key_id] ?? null;
}
