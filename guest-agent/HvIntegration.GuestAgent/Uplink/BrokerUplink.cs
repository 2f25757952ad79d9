using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using HvIntegration.GuestAgent.Sampling;
using HvIntegration.Protocol.Handshake;
using HvIntegration.Protocol.V1;
using HvIntegration.Transport.Abstractions;
using Microsoft.Extensions.Logging;

namespace HvIntegration.GuestAgent.Uplink;

/// <summary>Keeps one stream to the broker: dials, runs the session, waits as the policy says, dials again.</summary>
internal sealed class BrokerUplink : IDisposable
{
    private static readonly TimeSpan RefusedDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SameReasonLogEvery = TimeSpan.FromMinutes(10);
    private readonly string _broker;
    private readonly UplinkSource _source;
    private readonly AgentCounters _counters;
    private readonly ReconnectPolicy _policy;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly GrpcChannel _channel;
    private readonly Method<AgentFrame, BrokerFrame> _method;
    private TransportException? _dialFailure;
    private string _loggedReason = "";
    private long _loggedAt;
    private long _lostAt;
    private bool _everConnected;
    private bool _isConnected;

    /// <summary>Makes the uplink; <see cref="RunAsync"/> dials.</summary>
    /// <param name="transport">Family of the address.</param>
    /// <param name="address">The broker.</param>
    /// <param name="source">What is sent.</param>
    /// <param name="counters">Reconnects are counted here.</param>
    /// <param name="time">Clock of the waits.</param>
    /// <param name="random">Jitter of the waits.</param>
    /// <param name="clock">Stamps of clock replies.</param>
    /// <param name="logger">Log.</param>
    public BrokerUplink(
        ITransport transport,
        TransportAddress address,
        UplinkSource source,
        AgentCounters counters,
        TimeProvider time,
        Random random,
        IGuestClock clock,
        ILogger logger)
    {
        _broker = address.ToString();
        _source = source;
        _counters = counters;
        _time = time;
        _policy = new ReconnectPolicy(time, random);
        _logger = logger;
        _method = TelemetryMethod.Create(clock);
        _channel = GrpcChannel.ForAddress(TransportConnector.BaseAddress, new GrpcChannelOptions
        {
            HttpHandler = TransportConnector.CreateHandler(transport, address, null, failure => _dialFailure = failure),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = ProtocolLimits.MessageBytesMax,
            MaxSendMessageSize = ProtocolLimits.MessageBytesMax,
            MaxRetryAttempts = null,
            DisableResolverServiceConfig = true,
        });
    }

    /// <summary>True while a stream stands that the broker welcomed.</summary>
    public bool IsConnected => _isConnected;

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        CallInvoker invoker = _channel.CreateCallInvoker();
        while (!cancellation.IsCancellationRequested)
        {
            TimeSpan delay;
            _dialFailure = null;
            try
            {
                using AsyncDuplexStreamingCall<AgentFrame, BrokerFrame> call =
                    invoker.AsyncDuplexStreamingCall(_method, null, new CallOptions(cancellationToken: cancellation));
                await new UplinkSession(call, _source).RunAsync(Welcomed, cancellation);
                delay = _policy.NextDelay();
            }
            catch (Exception) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (UplinkRefusedException e)
            {
                delay = RefusedDelay;
                UplinkLog.Refused(_logger, _broker, Sentence(e.Message), Sentence(e.Remedy), (int)delay.TotalSeconds);
                _loggedReason = "";
            }
            catch (Exception e) when (e is RpcException or IOException or HttpRequestException or TimeoutException or OperationCanceledException or InvalidOperationException)
            {
                delay = _policy.NextDelay();
                Explain(e);
            }

            if (_isConnected)
            {
                _isConnected = false;
                _lostAt = _time.GetTimestamp();
            }

            if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private static string Sentence(string text) => text.TrimEnd('.', ' ');

    private void Welcomed(Welcome welcome)
    {
        _policy.Connected();
        _isConnected = true;
        _loggedReason = "";
        UplinkLog.Connected(_logger, _broker, welcome.BrokerVersion, welcome.ProtocolMajor, welcome.ProtocolMinor, _source.Ring.Count);
        if (_everConnected)
        {
            _counters.AddReconnect();
            double seconds = _time.GetElapsedTime(_lostAt).TotalSeconds;
            _source.AddReconnected(string.Create(CultureInfo.InvariantCulture, $"reconnected after {seconds:0.0} s"));
        }

        _everConnected = true;
    }

    /// <summary>One line for each new reason, and again from time to time: a broker may be away for days.</summary>
    private void Explain(Exception e)
    {
        string reason = _dialFailure?.Message ?? Reason(e);
        if (_isConnected)
        {
            UplinkLog.Lost(_logger, _broker, Sentence(reason));
        }
        else if (reason != _loggedReason || _time.GetElapsedTime(_loggedAt) > SameReasonLogEvery)
        {
            UplinkLog.NotConnected(_logger, _broker, Sentence(reason), _dialFailure?.Remedy ?? "The agent retries");
            _loggedReason = reason;
            _loggedAt = _time.GetTimestamp();
        }
    }

    private static string Reason(Exception e) => e switch
    {
        RpcException rpc => rpc.Status.Detail.Length > 0 ? rpc.Status.Detail : rpc.StatusCode.ToString(),
        OperationCanceledException => "the broker did not answer in time",
        _ => e.Message,
    };
}
