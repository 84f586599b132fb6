using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Steelyard.Dashboard;

/// <summary>
/// The caller, as the node says: only the node can reach this process, and it has checked the key. On a node without keys everybody is an
/// operator.
/// </summary>
internal sealed class NodeAuthentication(
    IOptionsMonitor<NodeAuthentication.Options> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<NodeAuthentication.Options>(options, logger, encoder)
{
    public new const string Scheme = "node";

    /// <summary>Claim with the key; absent on a node without keys.</summary>
    public const string KeyClaim = "key";

    public const string OperatorRole = "operator";

    // The same names are in the node's DashboardForwarder.
    private const string KeyHeader = "X-Steelyard-Key";
    private const string NameHeader = "X-Steelyard-Name";
    private const string OperatorHeader = "X-Steelyard-Operator";

    public new sealed class Options : AuthenticationSchemeOptions;

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var headers = Request.Headers;
        List<Claim> claims = [new(ClaimTypes.Name, headers[NameHeader].ToString())];
        if (headers[KeyHeader] is [{ Length: > 0 } key])
            claims.Add(new(KeyClaim, key));
        if (headers[OperatorHeader] == "true")
            claims.Add(new(ClaimTypes.Role, OperatorRole));
        return Task.FromResult(AuthenticateResult.Success(new(new(new ClaimsIdentity(claims, Scheme)), Scheme)));
    }
}
