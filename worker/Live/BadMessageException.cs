namespace SteelBrowser.Live;

/// <summary>A viewer sent what cannot be done; the message tells that viewer why.</summary>
internal sealed class BadMessageException(string message) : Exception(message);
