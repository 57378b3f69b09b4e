using System;
using System.Collections.Generic;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

/// <summary>The request is not the bridge's, or too old.</summary>
public class RefusedException : Exception {
    public RefusedException(string reason) : base(reason) { }
}

/// <summary>Verifies a webhook of the bridge (Standard Webhooks). .NET, .NET Framework 4.6 or later, and Mono.</summary>
public static class Webhooks {
    const long ToleranceSeconds = 300;

    /// <param name="body">exactly as it came</param>
    /// <param name="header">a header's value by its lower-cased name, or null</param>
    /// <param name="secrets">whsec_…; two while one replaces the other</param>
    public static void Verify(byte[] body, Func<string, string> header, IEnumerable<string> secrets, DateTimeOffset now) {
        string id = header("webhook-id") ?? "", timestamp = header("webhook-timestamp") ?? "";
        long sentAt;
        if (id == "" || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out sentAt))
            throw new RefusedException("no webhook");
        // An old delivery that somebody has recorded is no delivery.
        if (Math.Abs(now.ToUnixTimeSeconds() - sentAt) > ToleranceSeconds)
            throw new RefusedException("too old, or one of the two clocks is wrong");
        byte[] head = Encoding.UTF8.GetBytes(id + "." + timestamp + ".");
        var signed = new byte[head.Length + body.Length];
        head.CopyTo(signed, 0);
        body.CopyTo(signed, head.Length);
        foreach (string secret in secrets) {
            string key = secret.StartsWith("whsec_", StringComparison.Ordinal) ? secret.Substring(6) : secret;
            byte[] keyBytes = Convert.FromBase64String(key);
            // With an empty key anybody could sign.
            if (keyBytes.Length == 0) throw new ArgumentException("an empty secret");
            using (var hmac = new HMACSHA256(keyBytes)) {
                string expected = "v1," + Convert.ToBase64String(hmac.ComputeHash(signed));
                foreach (string signature in (header("webhook-signature") ?? "").Split(' '))
                    if (SameText(expected, signature)) return;
            }
        }
        throw new RefusedException("wrong signature");
    }

    /// <summary>Takes the same time wherever they differ.</summary>
    static bool SameText(string a, string b) {
        int difference = a.Length ^ b.Length;
        for (int i = 0; i < a.Length && i < b.Length; i++) difference |= a[i] ^ b[i];
        return difference == 0;
    }
}
