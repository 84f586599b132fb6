using System.Text.Json;

namespace SteelBrowser.Confinement;

/// <summary>What keeps a browser from the rest of the machine, as <c>GET /status</c> tells it.</summary>
/// <param name="Sandbox">Chromium's own, between its pages and itself.</param>
/// <param name="User">It runs as a user of its own.</param>
/// <param name="Files">It touches its own files, and what it needs of the system.</param>
/// <param name="Egress">It connects only where the rules allow.</param>
/// <param name="Readable">Folders and files in which it may read, as far as its user may, beside its own and <c>/proc</c>.</param>
internal sealed record Isolation(Guard Sandbox, Guard User, Guard Files, Guard Egress, IReadOnlyList<string> Readable)
{
    /// <summary>A JSON array of texts.</summary>
    public string ReadableToJson() => $"[{string.Join(',', Readable.Select(path => $"\"{JsonEncodedText.Encode(path)}\""))}]";

    /// <summary>One JSON object, with a member of <c>on</c> and <c>why</c> for each.</summary>
    public string ToJson() => $$"""{"sandbox":{{Sandbox.ToJson()}},"user":{{User.ToJson()}},"files":{{Files.ToJson()}},"egress":{{Egress.ToJson()}}}""";
}

/// <param name="IsOn">It is in force.</param>
/// <param name="Why">Why it is not, or only in part; null when there is nothing to say.</param>
internal sealed record Guard(bool IsOn, string? Why)
{
    public static readonly Guard On = new(true, null);

    public static Guard Off(string why) => new(false, why);

    public string ToJson() => $$"""{"on":{{(IsOn ? "true" : "false")}},"why":{{(Why is null ? "null" : $"\"{JsonEncodedText.Encode(Why)}\"")}}}""";
}
