<?php
declare(strict_types=1);

/**
 * The event of a webhook, once its signature is verified (Standard Webhooks).
 *
 * @param string   $body    exactly as it came: file_get_contents('php://input')
 * @param array    $headers by lower-cased name
 * @param string[] $secrets `whsec_…`; two while one replaces the other
 * @throws RuntimeException when it is not the bridge's, or too old
 * @throws LogicException   when a secret is none
 */
function verified_event(string $body, array $headers, array $secrets, ?int $now = null): array
{
    $id = $headers['webhook-id'] ?? '';
    $timestamp = $headers['webhook-timestamp'] ?? '';
    if ($id === '' || !ctype_digit($timestamp)) {
        throw new RuntimeException('no webhook');
    }
    // An old delivery that somebody has recorded is no delivery.
    if (abs(($now ?? time()) - (int) $timestamp) > 300) {
        throw new RuntimeException('too old, or one of the two clocks is wrong');
    }
    foreach ($secrets as $secret) {
        $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
        // With an empty key anybody could sign.
        if ($key === false || $key === '') {
            throw new LogicException('a secret that is empty, or no base64');
        }
        $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
        foreach (explode(' ', $headers['webhook-signature'] ?? '') as $signature) {
            // Takes the same time wherever they differ.
            if (hash_equals($expected, $signature)) {
                return json_decode($body, true, 512, JSON_THROW_ON_ERROR);
            }
        }
    }
    throw new RuntimeException('wrong signature');
}

/** The request's headers by lower-cased name, under every way of running PHP. */
function request_headers(array $server): array
{
    $headers = [];
    foreach ($server as $name => $value) {
        if (str_starts_with($name, 'HTTP_')) {
            $headers[strtolower(strtr(substr($name, 5), '_', '-'))] = $value;
        }
    }
    return $headers;
}
