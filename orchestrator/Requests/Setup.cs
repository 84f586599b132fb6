using System.Buffers;
using System.Text.Json;

namespace Steelyard.Requests;

/// <summary>The options of a session, in the form that its worker takes (docs/worker-api.md).</summary>
internal sealed record Setup
{
    public Dimensions? Dimensions { get; init; }

    public string? UserAgent { get; init; }

    public string? TimeZone { get; init; }

    public string? Locale { get; init; }

    public bool IsMobile { get; init; }

    public ProxyServer? Proxy { get; init; }

    public Blocking Blocking { get; init; } = Blocking.None;

    public JsonElement? Context { get; init; }

    /// <summary>Returns the options as UTF-8 JSON. Empty when no option is set, so that the worker need not support options.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        if (Blocking.IsNone && this with { Blocking = Blocking.None } == new Setup())
            return default;
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
            Write(json);
        return output.WrittenMemory;
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Dimensions is not null)
        {
            json.WriteStartObject("dimensions");
            json.WriteNumber("width", Dimensions.Width);
            json.WriteNumber("height", Dimensions.Height);
            json.WriteEndObject();
        }

        WriteText(json, "userAgent", UserAgent);
        WriteText(json, "timezone", TimeZone);
        WriteText(json, "locale", Locale);
        if (IsMobile)
            json.WriteBoolean("mobile", true);
        if (Proxy is not null)
        {
            json.WriteStartObject("proxy");
            json.WriteString("url", Proxy.Url);
            WriteText(json, "username", Proxy.UserName);
            WriteText(json, "password", Proxy.Password);
            json.WriteEndObject();
        }

        if (!Blocking.IsNone)
            WriteBlocking(json);
        if (Context is { } context)
            WriteContext(json, context);
        json.WriteEndObject();
    }

    private void WriteBlocking(Utf8JsonWriter json)
    {
        json.WriteStartObject("block");
        json.WriteBoolean("ads", Blocking.Ads);
        json.WriteBoolean("images", Blocking.Images);
        json.WriteBoolean("media", Blocking.Media);
        json.WriteBoolean("stylesheets", Blocking.Stylesheets);
        WriteTexts(json, "hosts", Blocking.Hosts);
        WriteTexts(json, "urlPatterns", Blocking.UrlPatterns);
        json.WriteEndObject();
    }

    private static void WriteContext(Utf8JsonWriter json, JsonElement context)
    {
        json.WriteStartObject("context");
        foreach (var part in context.EnumerateObject().Where(part =>
            part.Name is "cookies" or "localStorage" or "sessionStorage" && part.Value.ValueKind != JsonValueKind.Null))
            part.WriteTo(json);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
            json.WriteString(name, text);
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
