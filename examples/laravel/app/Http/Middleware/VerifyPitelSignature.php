<?php

namespace App\Http\Middleware;

use Closure;
use Illuminate\Http\Request;
use LogicException;

/** Lets webhooks of the bridge pass (Standard Webhooks), and nothing else. */
class VerifyPitelSignature
{
    private const TOLERANCE_S = 300;

    public function handle(Request $request, Closure $next)
    {
        $refusal = $this->refusalOf($request);

        return $refusal === null ? $next($request) : response($refusal, 400);
    }

    private function refusalOf(Request $request): ?string
    {
        $id = (string) $request->header('webhook-id');
        $timestamp = (string) $request->header('webhook-timestamp');
        if ($id === '' || ! ctype_digit($timestamp)) {
            return 'no webhook';
        }
        // An old delivery that somebody has recorded is no delivery.
        if (abs(time() - (int) $timestamp) > self::TOLERANCE_S) {
            return 'too old, or one of the two clocks is wrong';
        }
        // The bytes as they came: `$request->all()` written as JSON again is another text.
        $signed = "$id.$timestamp.{$request->getContent()}";

        return $this->isSigned($signed, (string) $request->header('webhook-signature')) ? null : 'wrong signature';
    }

    private function isSigned(string $signed, string $signatures): bool
    {
        foreach (config('pitel.webhook_secrets') as $secret) {
            $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
            // With an empty key anybody could sign.
            throw_if($key === false || $key === '', LogicException::class, 'PITEL_WEBHOOK_SECRET is empty, or no base64');
            $expected = 'v1,'.base64_encode(hash_hmac('sha256', $signed, $key, true));
            foreach (explode(' ', $signatures) as $signature) {
                // Takes the same time wherever they differ.
                if (hash_equals($expected, $signature)) {
                    return true;
                }
            }
        }

        return false;
    }
}
