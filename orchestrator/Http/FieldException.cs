namespace Steelyard.Http;

/// <summary>A field of a request has a bad value or asks for something that this node does not have.</summary>
public sealed class FieldException : Exception
{
    private FieldException(int status, string field, string message)
        : base(message)
    {
        Status = status;
        Field = field;
    }

    /// <summary>400, or 501 for something that this node does not have.</summary>
    public int Status { get; }

    public string Field { get; }

    public static FieldException Bad(string field, string need) =>
        new(StatusCodes.Status400BadRequest, field, $"'{field}' must be {need}.");

    /// <param name="field">The client's name of the field.</param>
    /// <param name="message">What is wrong with it, without a full stop.</param>
    public static FieldException Because(string field, string message) => new(StatusCodes.Status400BadRequest, field, message + ".");

    public static FieldException Missing(string field, string what) =>
        new(StatusCodes.Status501NotImplemented, field, $"'{field}' asks for {what}, which this node does not have. Leave it out.");
}
