using System.Text.Json;

namespace SteelBrowser.Confinement;

/// <summary>How a browser is isolated from the rest of the machine, as reported by <c>GET /status</c>.</summary>
/// <param name="Sandbox">Chromium's own sandbox, between its pages and the browser.</param>
/// <param name="User">The browser runs as its own user.</param>
/// <param name="Files">The browser can access only its own files, and those of the system that it needs.</param>
/// <param name="Egress">The browser connects only where the rules allow.</param>
/// <param name="Readable">What the browser may read, as far as its user may, in addition to its own files and <c>/proc</c>.</param>
internal sealed record Isolation(Guard Sandbox, Guard User, Guard Files, Guard Egress, IReadOnlyList<string> Readable)
{
    /// <summary>A JSON array of strings.</summary>
    public string ReadableToJson() => $"[{string.Join(',', Readable.Select(path => $"\"{JsonEncodedText.Encode(path)}\""))}]";

    /// <summary>One JSON object with a member for each guard, which has <c>on</c> and <c>why</c>.</summary>
    public string ToJson() =>
        $$"""{"sandbox":{{Sandbox.ToJson()}},"user":{{User.ToJson()}},"files":{{Files.ToJson()}},"egress":{{Egress.ToJson()}}}""";
}

/// <param name="IsOn">The guard is active.</param>
/// <param name="Why">Why it is inactive or only partly active; null when there is nothing to report.</param>
internal sealed record Guard(bool IsOn, string? Why)
{
    public static readonly Guard On = new(true, null);

    public static Guard Off(string why) => new(false, why);

    public string ToJson() =>
        $$"""{"on":{{(IsOn ? "true" : "false")}},"why":{{(Why is null ? "null" : $"\"{JsonEncodedText.Encode(Why)}\"")}}}""";
}
