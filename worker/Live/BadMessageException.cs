namespace SteelBrowser.Live;

/// <summary>A viewer's message is not valid or cannot be carried out. The exception's message tells that viewer why.</summary>
internal sealed class BadMessageException(string message) : Exception(message);
