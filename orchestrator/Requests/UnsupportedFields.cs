using System.Text.Json;
using Steelyard.Http;

namespace Steelyard.Requests;

/// <summary>
/// Features that steel-sdk can ask for and this node does not have. Such a request is refused, because ignoring the field would mislead the
/// client.
/// </summary>
internal static class UnsupportedFields
{
    private static readonly (string Name, string What)[] Fields =
    [
        ("solveCaptcha", "a captcha solver"),
        ("credentials", "a credential store"),
        ("extensionIds", "an extension store"),
        ("persistProfile", "a profile store"),
        ("profileId", "a profile store"),
        ("persist", "a profile store"),
        ("userDataDir", "a profile folder of the client's choice"),
        ("userPreferences", "browser preferences of the client's choice"),
        ("logSinkUrl", "a log sink"),
        ("isSelenium", "Selenium"),
    ];

    /// <summary>Throws <see cref="FieldException"/> with status 501 when the body asks for one of these features.</summary>
    public static void Check(Fields body)
    {
        foreach (var (name, what) in Fields)
        {
            if (IsAsked(body.Find(name)))
                throw FieldException.Missing(name, what);
        }

        if (body.Bool("headless") == false)
            throw FieldException.Missing("headless", "a browser with a window");
        if (body.Object("stealthConfig") is not { } stealth)
            return;
        foreach (var (name, what) in new[]
        {
            ("autoCaptchaSolving", "a captcha solver"),
            ("humanizeInteractions", "human-like interactions"),
        })
        {
            if (stealth.Bool(name) == true)
                throw FieldException.Missing(stealth.Name(name), what);
        }
    }

    // False, null, an empty list and an empty string ask for nothing. An empty object does ask: an empty object of credentials means the
    // defaults of that feature.
    private static bool IsAsked(JsonElement? value) => value switch
    {
        null => false,
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() > 0,
        { ValueKind: JsonValueKind.String } text => text.GetString()!.Length > 0,
        _ => true,
    };
}
