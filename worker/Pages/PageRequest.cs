using System.Text.Json;
using Steelyard.Worker.Input;
using static Steelyard.Worker.Input.JsonInput;

namespace Steelyard.Worker.Pages;

/// <summary>What a scrape, screenshot or PDF is asked of.</summary>
/// <param name="Url">Where to go first; null for the page as it is.</param>
/// <param name="Delay">To wait then.</param>
/// <param name="FullPage">Of screenshots: all of it, not only what the window shows.</param>
internal sealed record PageRequest(string? Url, TimeSpan Delay, bool FullPage)
{
    private const int MaxUrl = 32 * 1024;
    private const int MaxDelay = 30_000;

    /// <summary>Throws <see cref="BadInputException"/>.</summary>
    public static PageRequest Parse(JsonElement body, bool screenshot)
    {
        var request = new PageRequest(null, TimeSpan.Zero, false);
        foreach (var (name, value) in Members(body, null))
        {
            request = name switch
            {
                "url" => request with { Url = ParseUrl(value, name) },
                "delay" => request with { Delay = TimeSpan.FromMilliseconds(Number(value, name, 0, MaxDelay)) },
                "fullPage" when screenshot => request with { FullPage = Flag(value, name) },
                _ => throw Unknown(name),
            };
        }

        return request;
    }

    private static string ParseUrl(JsonElement value, string field)
    {
        var text = Text(value, field, MaxUrl);
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0
            ? text
            : throw new BadInputException($"{field} must be an http or https address", field);
    }
}
