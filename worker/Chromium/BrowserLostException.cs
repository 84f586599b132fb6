namespace Steelyard.Worker.Chromium;

/// <summary>The browser cannot be started, has died or does not answer; the message says which.</summary>
internal sealed class BrowserLostException(string message) : Exception(message);
