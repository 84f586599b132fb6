using System.Text;
using Steelyard.Http;

namespace Steelyard.Dialects.Dashboard;

/// <summary>The page that asks for a key. It is the node's own, so that nobody without a key reaches the dashboard's process.</summary>
internal static class SignInPage
{
    /// <summary>Asks for a key.</summary>
    public const string Ask = """
        <form method="post" action="/dashboard/sign-in"><label for="key">API key of this node</label>
        <input id="key" name="key" type="password" autocomplete="current-password" required autofocus maxlength="1024">
        <button>Sign in</button></form>
        """;

    /// <summary>The same after a wrong key.</summary>
    public const string Wrong = """<p role="alert">This node does not know that key.</p>""" + Ask;

    /// <summary>Loads the same address again.</summary>
    public const string Again = """<meta http-equiv="refresh" content="0"><p>Opening …</p>""";

    private const string Policy =
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private const string Head = """
        <!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark"><title>Steelyard</title>
        <style>
        body { font: 1rem system-ui, sans-serif; display: grid; place-content: center; min-height: 90vh; margin: 0 1rem }
        form { display: grid; gap: .6rem; width: min(20rem, 90vw) }
        input, button { font: inherit; padding: .5rem .7rem; border-radius: 6px; border: 1px solid #8899aa }
        button { background: #2457c5; border-color: #2457c5; color: #fff; cursor: pointer }
        [role=alert] { color: #d33a33 }
        </style><main><h1>Steelyard</h1>
        """;

    /// <param name="context">The request.</param>
    /// <param name="content">One of the contents above.</param>
    public static Task WriteAsync(HttpContext context, string content)
    {
        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers["Referrer-Policy"] = "same-origin";
        return response.WriteWholeAsync("text/html; charset=utf-8", Encoding.UTF8.GetBytes(Head + content + "</main></html>"));
    }
}
