using System.Buffers;
using System.Globalization;
using System.Text.Json;
using SteelBrowser.Chromium;
using SteelBrowser.Http;
using SteelBrowser.Pages;

namespace SteelBrowser.Computer;

/// <summary>The reply to a computer action, as steel-sdk's <c>SessionComputerResponse</c>.</summary>
internal static class ComputerReply
{
    /// <param name="action">The action.</param>
    /// <param name="picture">The screenshot, as a JSON string of base64; undefined for none.</param>
    /// <param name="mouse">Where the mouse is.</param>
    /// <param name="dialogs">The dialogs that were closed because no client answered them.</param>
    public static Reply Of(ComputerAction action, JsonElement picture, Point mouse, IReadOnlyList<ClosedDialog> dialogs)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (picture.ValueKind == JsonValueKind.String)
            {
                json.WritePropertyName("base64_image"u8);
                picture.WriteTo(json);
            }

            if (action is GetCursorPosition)
                json.WriteString("output"u8, string.Create(CultureInfo.InvariantCulture, $"X={mouse.X},Y={mouse.Y}"));
            if (dialogs.Count > 0)
                json.WriteString("system"u8, string.Join(' ', dialogs.Select(Describe)));
            json.WriteEndObject();
        }

        return Reply.Json(StatusCodes.Status200OK, buffer.WrittenMemory);
    }

    private static string Describe(ClosedDialog dialog) => $"The page showed a dialog ({dialog.Type}: {dialog.Message}). It was closed.";
}
