# docker build --build-arg VERSION=0.1.0 -t stackcfg .
# docker run --rm -v "$PWD:/work" stackcfg validate
FROM python:3.13-alpine AS build
# the version; the build has no git to ask
ARG VERSION=0.1.dev0
ENV SETUPTOOLS_SCM_PRETEND_VERSION_FOR_STACKCFG=${VERSION} \
    PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /source
COPY . .
RUN python -m venv --without-pip /opt/stackcfg \
    && python -m pip --python /opt/stackcfg install --no-cache-dir '.[mongodb,postgres,redis]'

FROM python:3.13-alpine
COPY --from=build /opt/stackcfg /opt/stackcfg
RUN adduser -D -H -u 10001 stackcfg
ENV PATH=/opt/stackcfg/bin:${PATH} \
    PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /work
ENTRYPOINT ["stackcfg"]
