using System.Text.Json.Nodes;
using Steelyard.Http;

namespace Steelyard.Dialects.WebDriver;

/// <summary>
/// Tells WebDriver clients what to use instead, in the form in which they read errors (W3C WebDriver §6.6). The node does not speak
/// WebDriver.
/// </summary>
public sealed class WebDriverDialect : IDialect
{
    private const string Instead =
        "This node speaks the Chrome DevTools Protocol, not WebDriver. Run chromedriver beside your script, with the option " +
        "debuggerAddress set to HOST:PORT of this node; or connect with Playwright or Puppeteer.";

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var path in new[] { "/session", "/wd/hub/session" })
            routes.MapPost(path, RefuseAsync);
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound; // The status of this error in WebDriver.
        var value = new JsonObject { ["error"] = "unknown command", ["message"] = Instead, ["stacktrace"] = "" };
        return context.Response.WriteAsJsonAsync(new JsonObject { ["value"] = value });
    }
}
