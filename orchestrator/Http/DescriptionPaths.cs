namespace Steelyard.Http;

/// <summary>Where the description of the API is. It needs no key: it is the same on every node.</summary>
internal static class DescriptionPaths
{
    /// <summary>For programs, as OpenAPI.</summary>
    public const string Json = "/openapi.json";

    /// <summary>For people, as a page.</summary>
    public const string Page = "/docs";
}
