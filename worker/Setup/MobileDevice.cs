namespace SteelBrowser.Setup;

/// <summary>What <c>mobile</c> means unless other options override it: a typical phone.</summary>
internal static class MobileDevice
{
    /// <summary>Device pixels for each CSS pixel.</summary>
    public const double Scale = 2.625;

    /// <summary>The user agent of Chrome on Android.</summary>
    /// <param name="product">The product of the browser, such as <c>HeadlessChrome/140.0.7339.16</c>.</param>
    public static string UserAgent(string product)
    {
        var version = product.Split('/')[^1].Split('.')[0];
        return $"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Mobile Safari/537.36";
    }
}
