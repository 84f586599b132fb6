namespace Steelyard.Http;

/// <summary>A wire API that clients already speak.</summary>
public interface IDialect
{
    /// <summary>Adds the dialect's routes. Each route has a summary and declares the effect of its GET (<see cref="GetEffect"/>).</summary>
    void Map(IEndpointRouteBuilder routes);
}
