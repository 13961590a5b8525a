<?php
// What the shop has heard, in files.

declare(strict_types=1);

/** A file in a folder of the notices' own; the folder is made when it is needed. */
function kept(string $folder, string $name = ''): string
{
    $path = (getenv('NOTICES_DIR') ?: 'notices') . "/$folder";
    is_dir($path) || @mkdir($path, 0700, true) || is_dir($path) || throw new RuntimeException("cannot make $path");
    return $name === '' ? $path : "$path/$name";
}

/** Makes a file that nobody made before: of two at once only one succeeds. */
function is_first(string $path): bool
{
    $file = @fopen($path, 'x');
    $file || file_exists($path) || throw new RuntimeException("cannot write $path");
    return $file && fclose($file);
}

/** One file a notice. A shop has a row whose primary key is notice_id, written in the transaction
 *  that books the money. */
function remember(array $notice): string
{
    $about = $notice['order_id'] ?? $notice['application_id'];
    $name = sprintf('%06d-%s-%s', $notice['sequence'], $notice['status'], $notice['notice_id']);
    if (!is_first(kept($about, $name))) {
        return 'repeat';
    }
    return max(scandir(kept($about))) === $name ? 'new' : 'older';
}

/** Those of the last twenty minutes; anything older is refused by its clock. */
function is_new_nonce(string $nonce): bool
{
    foreach (glob(kept('nonces') . '/*') as $old) {
        filemtime($old) < time() - 2 * CLOCK_SKEW && @unlink($old);
    }
    return is_first(kept('nonces', sha1($nonce)));
}
