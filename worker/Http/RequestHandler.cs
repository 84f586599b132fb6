namespace SteelBrowser.Http;

/// <summary>Answers one request. Returns null when the connection needs no further answer.</summary>
internal delegate ValueTask<Reply?> RequestHandler(HttpContext context);
