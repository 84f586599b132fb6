namespace Steelyard.Http;

/// <summary>A wire API that clients already speak.</summary>
public interface IDialect
{
    /// <summary>
    /// Adds the dialect's routes. Each declares the effect of its GET (<see cref="GetEffect"/>), and is described in Api/openapi.json.
    /// </summary>
    void Map(IEndpointRouteBuilder routes);
}
