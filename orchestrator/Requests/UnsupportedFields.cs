using System.Text.Json;
using Steelyard.Http;

namespace Steelyard.Requests;

/// <summary>What steel-sdk can ask for and this node does not have. To answer as if it did would be worse than to say so.</summary>
internal static class UnsupportedFields
{
    private static readonly (string Name, string What)[] Fields =
    [
        ("solveCaptcha", "a solver of captchas"),
        ("credentials", "a store of credentials"),
        ("extensionIds", "a store of extensions"),
        ("persistProfile", "a store of profiles"),
        ("profileId", "a store of profiles"),
        ("persist", "a store of profiles"),
        ("userDataDir", "a profile folder of the client's choice"),
        ("userPreferences", "browser preferences of the client's choice"),
        ("logSinkUrl", "a sink for logs"),
        ("isSelenium", "Selenium"),
    ];

    /// <summary>Throws <see cref="FieldException"/> with 501 when one of them is asked for.</summary>
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
        foreach (var (name, what) in new[] { ("autoCaptchaSolving", "a solver of captchas"), ("humanizeInteractions", "interactions that look human") })
        {
            if (stealth.Bool(name) == true)
                throw FieldException.Missing(stealth.Name(name), what);
        }
    }

    // False, nothing and an empty list or object ask for nothing; but an empty object of credentials means the defaults of that feature.
    private static bool IsAsked(JsonElement? value) => value switch
    {
        null => false,
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() > 0,
        { ValueKind: JsonValueKind.String } text => text.GetString()!.Length > 0,
        _ => true,
    };
}
