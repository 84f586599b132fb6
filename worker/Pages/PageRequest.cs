using System.Text.Json;
using Steelyard.Contract.Input;
using static Steelyard.Contract.Input.JsonInput;

namespace SteelBrowser.Pages;

/// <summary>The options of a scrape, screenshot or PDF.</summary>
/// <param name="Url">The address to open first; null for the page as it is.</param>
/// <param name="Delay">How long to wait afterwards.</param>
/// <param name="FullPage">For screenshots: the whole page, not only what the window shows.</param>
/// <param name="Formats">For scrapes: the formats to return.</param>
internal sealed record PageRequest(string? Url, TimeSpan Delay, bool FullPage, IReadOnlyList<string> Formats)
{
    private const int MaxUrl = 32 * 1024;
    private const int MaxDelay = 30_000;

    /// <summary>Parses the body of a call. Throws <see cref="BadInputException"/>.</summary>
    public static PageRequest Parse(JsonElement body, PageWork work)
    {
        var request = new PageRequest(null, TimeSpan.Zero, false, ["html"]);
        foreach (var (name, value) in Members(body, null))
        {
            request = name switch
            {
                "url" => request with { Url = ParseUrl(value, name) },
                "delay" => request with { Delay = TimeSpan.FromMilliseconds(Number(value, name, 0, MaxDelay)) },
                "fullPage" when work == PageWork.Screenshot => request with { FullPage = Flag(value, name) },
                "format" when work == PageWork.Scrape =>
                    request with { Formats = [.. Elements(value, name, ScrapeScript.Formats.Count).Select(ParseFormat).Distinct()] },
                _ => throw Unknown(name),
            };
        }

        return request;
    }

    private static string ParseFormat((JsonElement Value, string Field) format) =>
        ScrapeScript.Formats.FirstOrDefault(known => format.Value.ValueKind == JsonValueKind.String && format.Value.ValueEquals(known))
        ?? throw new BadInputException($"{format.Field} must be one of {string.Join(", ", ScrapeScript.Formats)}", format.Field);

    private static string ParseUrl(JsonElement value, string field) =>
        WebAddress.Parse(Text(value, field, MaxUrl)) ?? throw new BadInputException($"{field} must be an http or https address", field);
}

/// <summary>What is done with a page.</summary>
internal enum PageWork
{
    Scrape,
    Screenshot,
    Print,
}
