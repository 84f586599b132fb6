using System.Text.RegularExpressions;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Steelyard.Http;

/// <summary>The OpenAPI description of all calls, at <c>/openapi.json</c>.</summary>
internal static partial class ApiDescription
{
    public const string Path = "/openapi.json";

    /// <summary>
    /// Returns a group whose routes are described. The framework skips a handler that reads the request itself, unless the handler's method
    /// is in the endpoint's metadata.
    /// </summary>
    public static IEndpointRouteBuilder Described(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("");
        ((IEndpointConventionBuilder)group).Add(endpoint => endpoint.Metadata.Add(endpoint.RequestDelegate!.Method));
        return group;
    }

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "Steelyard", Version = typeof(ApiDescription).Assembly.GetName().Version?.ToString(3) };
            document.Servers?.Clear();
            foreach (var path in document.Paths.Values)
                path.Operations?.Remove(HttpMethod.Head); // It says no more than the GET does.
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            operation.Parameters =
            [
                .. PathParameter().Matches(context.Description.RelativePath ?? "").Select(match => new OpenApiParameter
                {
                    Name = match.Groups[1].Value,
                    In = ParameterLocation.Path,
                    Required = true,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                }),
            ];
            return Task.CompletedTask;
        });
    }

    [GeneratedRegex(@"\{\**(\w+)\}")]
    private static partial Regex PathParameter();
}
