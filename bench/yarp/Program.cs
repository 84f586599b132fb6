// YARP as its documentation sets it up, in front of one worker and of DevTools of one browser. The ports are in the environment.
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

string Port(string name) => Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set");

var builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseUrls($"http://127.0.0.1:{Port("OWN_PORT")}");
builder.Logging.ClearProviders();
builder.Services.AddReverseProxy().LoadFromMemory(
    [Route("devtools", "/devtools/{**rest}"), Route("worker", "{**rest}")],
    [Cluster("devtools", Port("DEVTOOLS_PORT")), Cluster("worker", Port("WORKER_PORT"))]);
var app = builder.Build();
app.MapReverseProxy();
app.Run();

static RouteConfig Route(string cluster, string path) =>
    new() { RouteId = cluster, ClusterId = cluster, Match = new() { Path = path } };

static ClusterConfig Cluster(string name, string port) => new()
{
    ClusterId = name,
    Destinations = new Dictionary<string, DestinationConfig> { ["only"] = new() { Address = $"http://127.0.0.1:{port}" } },
    HttpRequest = new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromHours(1) },
};
