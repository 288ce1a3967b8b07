# A static program in an empty image: no shell, no package, an ordinary user.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /portal ./cmd/portal

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /portal /portal
COPY LICENSE THIRD_PARTY_LICENSES /
USER 65532:65532
ENV PORTAL_ADDR=:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s CMD ["/portal", "health"]
ENTRYPOINT ["/portal"]
CMD ["serve"]
