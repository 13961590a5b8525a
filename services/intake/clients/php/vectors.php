<?php
// Checks tixian.php with the signature vectors: what it signs, and what it believes.

declare(strict_types=1);

function judge(Tixian $tixian, array $case): string
{
    if ($case['kind'] === 'sign') {
        $text = signed_text($case['fields']);
        $same = $text === $case['text'] && $tixian->sign($text) === $case['sign'];
        return $same ? 'ok' : 'another text or signature';
    }
    if ($case['kind'] === 'form') {
        $form = $tixian->open_form(read_form($case['body']));
        return in_array($form['nonce'], $case['seen_nonces'] ?? [], true) ? 'nonce_repeated' : 'ok';
    }
    if ($case['kind'] === 'return') {
        $tixian->open_return(parse_url($case['url'], PHP_URL_QUERY));
        return 'ok';
    }
    if ($case['kind'] === 'request') {
        $call = [$case['method'], $case['path'], $case['timestamp'], $case['nonce'], $case['body']];
        $same = api_text(...$call) === $case['text'] && $tixian->authorization(...$call) === $case['authorization'];
        return $same ? 'ok' : 'another text or header';
    }
    $tixian->check_answer($case['method'], $case['path'], $case['nonce'], $case['body'], $case['authorization']);
    return 'ok';
}

$vectors = json_decode(file_get_contents($words[0]), true, flags: JSON_THROW_ON_ERROR);
$sets = array_map('read_keys', $vectors['key_sets']);
[$failed, $count] = [0, count($vectors['cases'])];
foreach ($vectors['cases'] as $case) {
    $find_key = fn (string $key_id) => $sets[$case['keys'] ?? 'partner'][$key_id] ?? null;
    $tixian = new Tixian($vectors['partner_id'], 'shop-1', $vectors['private_keys']['shop-1'], $find_key, beijing($vectors['now']));
    try {
        $found = judge($tixian, $case);
    } catch (Refused $refused) {
        $found = $refused->getMessage();
    }
    if ($found !== ($case['result'] ?? 'ok')) {
        $failed += 1;
        fwrite(STDERR, "{$case['name']}: $found, not " . ($case['result'] ?? 'ok') . "\n");
    }
}
echo 'php: ', $count - $failed, " of $count vectors hold\n";
exit($failed > 0 ? 1 : 0);
