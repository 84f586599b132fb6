namespace SteelBrowser.Relay;

/// <summary>A connection cannot be made through the relay; the message says why.</summary>
internal sealed class ProxyException(string message) : Exception(message);
