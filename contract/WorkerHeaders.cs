namespace Steelyard.Contract;

/// <summary>Headers in replies of the bundled worker.</summary>
internal static class WorkerHeaders
{
    /// <summary>
    /// What the caller should know about the page of a screenshot or PDF: a JSON object with <c>loading</c> and <c>dialogs</c>.
    /// </summary>
    public const string PageState = "X-Page-State";
}
