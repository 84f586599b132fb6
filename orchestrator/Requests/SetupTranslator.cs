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
        if (fields.Object("dimensions") is not null)
            WriteObject(json, "dimensions", fields);
        Copy(json, "", fields);
        if (IsMobile(fields))
            json.WriteBoolean("mobile", true);
        if (ProxyUrl(fields) is { } proxy)
            WriteProxy(json, proxy);
        WriteBlock(json, fields);
        if (fields.Object("sessionContext") is { } context)
        {
            CheckContext(context);
            WriteObject(json, "context", fields);
        }

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
        if (fields.Find("optimizeBandwidth") is { ValueKind: JsonValueKind.True or JsonValueKind.False } all)
        {
            WriteObject(json, "block", fields, () =>
            {
                json.WriteBoolean("images", all.GetBoolean());
                json.WriteBoolean("media", all.GetBoolean());
                json.WriteBoolean("stylesheets", all.GetBoolean());
            });
        }
        else
        {
            fields.Object("optimizeBandwidth"); // Throws when it is something else.
            WriteObject(json, "block", fields);
        }
    }

    private static void CheckContext(Fields context)
    {
        if (context.Find("indexedDB") is { } databases
            && (databases.ValueKind != JsonValueKind.Object || databases.EnumerateObject().Any()))
            throw FieldException.Missing("sessionContext.indexedDB", "a way to restore IndexedDB");
    }

    private static void WriteObject(Utf8JsonWriter json, string name, Fields fields, Action? writeMore = null)
    {
        json.WriteStartObject(name);
        Copy(json, name + ".", fields);
        writeMore?.Invoke();
        json.WriteEndObject();
    }

    // Copies the fields of one of the worker's objects; those of the body itself have no prefix.
    private static void Copy(Utf8JsonWriter json, string prefix, Fields fields)
    {
        foreach (var (worker, client) in WorkerFields.Copied)
        {
            var name = worker[(worker.LastIndexOf('.') + 1)..];
            if (worker != prefix + name || Find(fields, client) is not { } value)
                continue;
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }

    // A field of an object within the body has a dot in its path.
    private static JsonElement? Find(Fields fields, string path) => path.Split('.') is not [var name, var inner]
        ? fields.Find(path)
        : fields.Find(name) is { ValueKind: JsonValueKind.Object } ? fields.Object(name)?.Find(inner) : null;
}
