using System.Net;
using System.Text.Json;
using Steelyard.Settings;
using Options = Steelyard.Settings.Options;

namespace Steelyard.Doctor;

/// <summary>A node that runs on this machine already, with the same address.</summary>
internal static class RunningNode
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Returns what it says of itself and of the key in the options; null when no node answers there.</summary>
    public static async Task<Finding?> LookAsync(Options options)
    {
        if (options.Port == 0)
            return null;
        var key = options.OperatorKeys.Concat(options.ApiKeys).Concat(OfFile(options)).FirstOrDefault();
        key = key?[(key.IndexOf(':', StringComparison.Ordinal) + 1)..];
        try
        {
            using var http = OwnHttp.Client(Address(options), Patience);
            if (key is not null)
                http.DefaultRequestHeaders.TryAddWithoutValidation("x-api-key", key);
            using var response = await http.GetAsync("/status");
            var body = await response.Content.ReadAsStringAsync();
            return response.StatusCode switch
            {
                HttpStatusCode.OK when IsStatus(body) => Finding.Good("node", $"one runs on port {options.Port} already, and answers"),
                HttpStatusCode.Unauthorized => Finding.Bad(
                    "key",
                    $"the node on port {options.Port} {(key is null ? "needs a key, and there is none" : "does not know this key")}",
                    "steelyard keys ls --file FILE lists those that it knows; after a change it needs a SIGHUP. Give one with --api-key " +
                    "or in STEELYARD_API_KEY."),
                _ => null,
            };
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    // A file that cannot be read is a finding of its own.
    private static string[] OfFile(Options options)
    {
        try
        {
            return KeyFile.Read(options.ApiKeyFile);
        }
        catch (KeyFileException)
        {
            return [];
        }
    }

    private static Uri Address(Options options)
    {
        var address = IPAddress.Parse(options.Bind);
        var host = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : address;
        return new UriBuilder(options.TlsCert.Length > 0 ? "https" : "http", host.ToString(), options.Port).Uri;
    }

    // Another program may answer there, too.
    private static bool IsStatus(string body)
    {
        try
        {
            return JsonElement.Parse(body) is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("workers", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
