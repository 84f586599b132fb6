using System.Text.Json;

namespace Steelyard.Cdp;

/// <summary>
/// Sees in what a browser tells its client when a page opens a dialog: the page hangs until the dialog is closed, and only clients can do
/// that. A browser tells it only to clients that have enabled the CDP domain Page.
/// </summary>
/// <param name="changed">Called with the kind and text of a dialog that opens, and with null when it is closed.</param>
internal sealed class DialogWatch(Action<string?> changed)
{
    private const int LongestText = 500;

    /// <summary>Whether a message of the browser is about a dialog.</summary>
    public static bool IsOfInterest(ReadOnlySpan<byte> beginning) => beginning.StartsWith("{\"method\":\"Page.javascriptDialog"u8);

    /// <summary>Returns false for a message that is not about a dialog.</summary>
    public bool TryTake(byte[] message)
    {
        if (!IsOfInterest(message))
            return false;
        if (message.AsSpan().StartsWith("{\"method\":\"Page.javascriptDialogOpening\""u8))
            changed(Describe(message));
        else
            changed(null);
        return true;
    }

    private static string Describe(byte[] message)
    {
        try
        {
            var parameters = JsonElement.Parse(message).GetProperty("params");
            var text = $"{parameters.GetProperty("type").GetString()}: {parameters.GetProperty("message").GetString()}";
            return text.Length <= LongestText ? text : text[..LongestText] + "…";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "a dialog"; // Half a surrogate pair, or a browser that lies.
        }
    }
}
