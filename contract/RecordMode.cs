namespace Steelyard.Contract;

/// <summary>What the bundled worker records of a session.</summary>
public enum RecordMode
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>Pages, requests, and messages of the pages and the browser.</summary>
    Events,

    /// <summary>The same, and a picture of each page that has loaded.</summary>
    Frames,
}

internal static class RecordModes
{
    /// <summary>Null for a text that is none of off, events and frames.</summary>
    public static RecordMode? Parse(string? text) => text switch
    {
        "off" => RecordMode.Off,
        "events" => RecordMode.Events,
        "frames" => RecordMode.Frames,
        _ => null,
    };

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public static string Name(this RecordMode mode) => mode.ToString().ToLowerInvariant();
}
