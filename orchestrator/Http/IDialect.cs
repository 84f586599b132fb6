namespace Steelyard.Http;

/// <summary>A wire API that clients already speak.</summary>
public interface IDialect
{
    /// <summary>Adds its routes. Each says what it is for, and what a GET changes (<see cref="GetEffect"/>).</summary>
    void Map(IEndpointRouteBuilder routes);
}
