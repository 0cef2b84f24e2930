using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Forge.Api.OpenApi;

internal static class OpenApiExtensions
{
    private const string Scheme = BearerTokenDefaults.AuthenticationScheme;

    public static TBuilder AddOpenApiDocument<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOpenApi(options =>
        {
            options.AddDocumentTransformer(DescribeBearer);
            options.AddOperationTransformer(RequireBearer);
            options.AddSchemaTransformer(DescribeTime);
        });
        return builder;
    }

    /// <summary>Maps the document at <c>/openapi/v1.json</c> and the page at <c>/scalar</c>, whose scripts and fonts come from here.</summary>
    public static void MapOpenApiDocument(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi();
        routes.MapScalarApiReference("/scalar", options => options.WithTitle("Forge API").DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp());
    }

    private static Task DescribeBearer(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info.Title = "Forge";
        document.Info.Description = "When should this work run? In the request, right after the response, or as a durable job.";
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "The access token of POST /forge/login.",
        };
        return Task.CompletedTask;
    }

    private static Task DescribeTime(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonTypeInfo.Type == typeof(DateTimeOffset) || context.JsonTypeInfo.Type == typeof(DateTimeOffset?))
        {
            schema.Description ??= "A time with its offset from UTC (RFC 3339), such as 2026-12-24T10:00:00Z. One without an offset is refused. Answers are in UTC.";
        }

        return Task.CompletedTask;
    }

    private static Task RequireBearer(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<IAuthorizeData>().Any() && !metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
        }

        return Task.CompletedTask;
    }
}
