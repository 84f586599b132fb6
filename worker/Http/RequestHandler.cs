namespace SteelBrowser.Http;

/// <summary>Answers one request; null when the connection has been dealt with already.</summary>
internal delegate ValueTask<Reply?> RequestHandler(HttpContext context);
