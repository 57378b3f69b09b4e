using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Runtime.Serialization;
using System.Runtime.Serialization.Json;
using System.Text;

/// <summary>What this program needs of an event; the other fields are ignored.</summary>
[DataContract]
public class CallEvent {
    [DataMember(Name = "id")] public string Id;
    [DataMember(Name = "type")] public string Type;
    [DataMember(Name = "subject")] public string Subject;
    [DataMember(Name = "epoch")] public string Epoch;
    [DataMember(Name = "sequence")] public string Sequence;
}

/// <summary>The server that the bridge's webhooks go to. Put it behind a proxy that does TLS.</summary>
public static class Receiver {
    const int MaxBytes = 1000000;

    // In your database: a column with a unique key, written in one transaction with the work.
    static readonly HashSet<string> Seen = new HashSet<string>();

    public static void Main() {
        string[] secrets = Environment.GetEnvironmentVariable("PITEL_WEBHOOK_SECRET").Split(' ');
        var listener = new HttpListener();
        listener.Prefixes.Add("http://127.0.0.1:" + (Environment.GetEnvironmentVariable("PORT") ?? "8080") + "/");
        listener.Start();
        while (true) {
            HttpListenerContext context = listener.GetContext();
            int status = 200;
            string answer;
            try {
                byte[] body = Read(context.Request.InputStream);
                Webhooks.Verify(body, name => context.Request.Headers[name], secrets, DateTimeOffset.UtcNow);
                answer = Take(Parse(body)) ? "done" : "repeat";
            } catch (RefusedException refused) {
                status = 400;
                answer = refused.Message;
            } catch (Exception error) {
                // The bridge sees a failure, and sends the event again.
                Console.Error.WriteLine(error);
                status = 500;
                answer = "failed";
            }
            Answer(context.Response, status, answer);
        }
    }

    /// <summary>Each event once. A repeat is a success: the bridge has only not heard of it.</summary>
    static bool Take(CallEvent taken) {
        if (!Seen.Add(taken.Id)) return false;
        Console.WriteLine(taken.Type + " " + taken.Subject);
        return true;
    }

    static CallEvent Parse(byte[] body) {
        return (CallEvent)new DataContractJsonSerializer(typeof(CallEvent)).ReadObject(new MemoryStream(body));
    }

    static byte[] Read(Stream input) {
        var body = new MemoryStream();
        var part = new byte[8192];
        for (int read; (read = input.Read(part, 0, part.Length)) > 0;) {
            body.Write(part, 0, read);
            if (body.Length > MaxBytes) throw new RefusedException("too large");
        }
        return body.ToArray();
    }

    static void Answer(HttpListenerResponse response, int status, string text) {
        try {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            response.StatusCode = status;
            response.OutputStream.Write(bytes, 0, bytes.Length);
            response.Close();
        } catch (Exception) {
            // The sender is gone: it will send the event again.
        }
    }
}
