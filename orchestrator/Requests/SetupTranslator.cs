using System.Buffers;
using System.Text.Json;
using Steelyard.Contract.Input;
using Steelyard.Contract.Setup;
using Steelyard.Http;
using Steelyard.Sessions;

namespace Steelyard.Requests;

/// <summary>
/// Translates the options of a session from steel-sdk's fields to the form that its worker takes (docs/worker-api.md), and checks them as
/// the worker does: a bad value is refused before a worker is taken.
/// </summary>
internal static class SetupTranslator
{
    /// <summary>Returns the options, and their JSON for the worker. Throws <see cref="FieldException"/>.</summary>
    public static (SessionOptions Options, ReadOnlyMemory<byte> Json) Translate(Fields fields)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
            Write(json, fields);
        using var document = JsonDocument.Parse(output.WrittenMemory, new() { MaxDepth = SessionBody.MaxBodyDepth });
        try
        {
            return (SessionOptionsParser.Parse(document.RootElement), output.WrittenMemory);
        }
        catch (BadInputException e)
        {
            throw WorkerFields.ToClient(e, fields.Find("proxyUrl") is null ? "useProxy.server" : "proxyUrl");
        }
    }

    private static void Write(Utf8JsonWriter json, Fields fields)
    {
        json.WriteStartObject();
        if (fields.Object("dimensions") is { } size)
            WriteObject(json, "dimensions", size, ("width", "width"), ("height", "height"));
        Copy(json, fields, ("userAgent", "userAgent"), ("timezone", "timezone"), ("locale", "locale"));
        if (IsMobile(fields))
            json.WriteBoolean("mobile", true);
        if (ProxyUrl(fields) is { } proxy)
            WriteProxy(json, proxy);
        WriteBlock(json, fields);
        if (fields.Object("sessionContext") is { } context)
            WriteContext(json, context);
        json.WriteEndObject();
    }

    private static bool IsMobile(Fields fields) => fields.Object("deviceConfig")?.Text("device", 16) switch
    {
        null or "desktop" => false,
        "mobile" => true,
        _ => throw FieldException.Bad("deviceConfig.device", "desktop or mobile"),
    };

    // useProxy with a server is the same as proxyUrl. Every other value asks for the proxies of a cloud provider.
    private static string? ProxyUrl(Fields fields)
    {
        if (fields.Text("proxyUrl", ProxyParser.MaxUrl) is { } url)
            return url;
        if (fields.Find("useProxy") is not { } use || use.ValueKind == JsonValueKind.False)
            return null;
        return use.ValueKind == JsonValueKind.Object
            ? fields.Object("useProxy")!.Value.Text("server", ProxyParser.MaxUrl) ?? throw NoProxies()
            : throw NoProxies();

        static FieldException NoProxies() => FieldException.Missing("useProxy", "built-in proxies");
    }

    // The address may contain the credentials: scheme://user:password@host:port. A worker takes them apart from it.
    private static void WriteProxy(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject("proxy");
        var url = Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : null;
        json.WriteString("url", url?.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped) ?? text);
        if (url is { UserInfo: { Length: > 0 } credentials })
        {
            var parts = credentials.Split(':', 2);
            json.WriteString("username", Uri.UnescapeDataString(parts[0]));
            if (parts.Length > 1)
                json.WriteString("password", Uri.UnescapeDataString(parts[1]));
        }

        json.WriteEndObject();
    }

    private static void WriteBlock(Utf8JsonWriter json, Fields fields)
    {
        json.WriteStartObject("block");
        Copy(json, fields, ("blockAds", "ads"));
        if (fields.Find("optimizeBandwidth") is { ValueKind: JsonValueKind.True or JsonValueKind.False } all)
        {
            foreach (var name in new[] { "images", "media", "stylesheets" })
                json.WriteBoolean(name, all.GetBoolean());
        }
        else if (fields.Object("optimizeBandwidth") is { } block)
        {
            Copy(
                json, block, ("blockImages", "images"), ("blockMedia", "media"), ("blockStylesheets", "stylesheets"),
                ("blockHosts", "hosts"), ("blockUrlPatterns", "urlPatterns"));
        }

        json.WriteEndObject();
    }

    private static void WriteContext(Utf8JsonWriter json, Fields context)
    {
        if (context.Find("indexedDB") is { } databases
            && (databases.ValueKind != JsonValueKind.Object || databases.EnumerateObject().Any()))
            throw FieldException.Missing("sessionContext.indexedDB", "a way to restore IndexedDB");
        WriteObject(
            json, "context", context, ("cookies", "cookies"), ("localStorage", "localStorage"), ("sessionStorage", "sessionStorage"));
    }

    private static void WriteObject(
        Utf8JsonWriter json, string name, Fields fields, params ReadOnlySpan<(string Client, string Worker)> names)
    {
        json.WriteStartObject(name);
        Copy(json, fields, names);
        json.WriteEndObject();
    }

    private static void Copy(Utf8JsonWriter json, Fields fields, params ReadOnlySpan<(string Client, string Worker)> names)
    {
        foreach (var (client, worker) in names)
        {
            if (fields.Find(client) is not { } value)
                continue;
            json.WritePropertyName(worker);
            value.WriteTo(json);
        }
    }
}
