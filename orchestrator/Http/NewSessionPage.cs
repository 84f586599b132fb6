namespace Steelyard.Http;

/// <summary>The page that is shown to a caller without sessions, and becomes a session when it is used.</summary>
internal static class NewSessionPage
{
    /// <summary>Its id. No browser has it: Chromium's ids are random.</summary>
    public const string Id = "00000000000000000000000000000000";
}
