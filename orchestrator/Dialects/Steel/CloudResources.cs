using Steelyard.Http;

namespace Steelyard.Dialects.Steel;

/// <summary>Resources of steel-sdk that only the cloud has. The answer is 501: a 404 would mean a missing id.</summary>
public sealed class CloudResources : IDialect
{
    private static readonly (string Path, string What)[] Resources =
    [
        ("/v1/credentials", "credential store"),
        ("/v1/extensions", "extension store"),
        ("/v1/files", "file store outside of sessions; upload to /v1/sessions/ID/files instead"),
        ("/v1/profiles", "profile store"),
        ("/v1/sessions/{id}/captchas", "captcha solver"),
    ];

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (path, what) in Resources)
        {
            routes.MapMethods(
                path + "/{**rest}",
                [HttpMethods.Get, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete],
                context => Problem.WriteAsync(context, StatusCodes.Status501NotImplemented, $"This node has no {what}."))
                .Reads();
        }
    }
}
